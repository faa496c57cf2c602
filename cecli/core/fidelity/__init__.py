"""How far one model's rows are from another's: the divergences of single rows, and what is added up of them."""
