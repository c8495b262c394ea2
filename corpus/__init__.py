"""The shipped corpus, as package data: documents, concordance, glossary, questions."""
