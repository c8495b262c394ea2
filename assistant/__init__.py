"""Cyber cooperation policy assistant: the pipeline, a module a stage (see README, "The house")."""
