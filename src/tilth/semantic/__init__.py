"""Language models as operators over rows: every answer is a value, or a null with its reason."""
