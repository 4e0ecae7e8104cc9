"""Records of any registered entity in and out of the tables, driven by the field registry.

`layout` says where each field lives, `filters` and `access` compile conditions, `reading` lists and fetches,
`writing` changes one record with its journal entry, `bulk` inserts thousands.
"""
