"""Questions over tables: written in any order, rewritten, given to whom they cost least, and done."""
