"""Bytes as tables: named columns and blocks of rows, a format a file or two."""
