"""The small languages inside a journey: references, JSONPath, matchers."""
