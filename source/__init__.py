"""Reading source code without running it: files, names, data flow and, in `source.smells`, leak smells.

Standard library only; nothing that is read here is imported or executed.
"""
