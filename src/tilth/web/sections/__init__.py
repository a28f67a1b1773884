"""The sections of the report: each a function from the statistics to markup."""
