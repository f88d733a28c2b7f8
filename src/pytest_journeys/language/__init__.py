"""What a person may write."""
