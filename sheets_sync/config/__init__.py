"""What people write: the job, the SKU list, the rules and the templates, read strictly.

A file is wholly accepted or wholly refused, with every problem in it at once and where it is.
"""
