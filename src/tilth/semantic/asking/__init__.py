"""What is asked about rows, how prompts show it, and how answers come back."""
