"""What a person opens in a browser: `tilth.web.report.report` writes the page of a finished run."""
