"""A second, slow and plain implementation of rules.md, to compare the program with. It shares no line with core/."""
