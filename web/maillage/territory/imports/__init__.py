"""Import open data: one module a source, one shared way to read, check, load and report.

Other rooms reuse `run` (Source, import_file, import_and_print), `table` (Column, Row, Check),
`known_places`, `store.upsert` and `report`.
"""
