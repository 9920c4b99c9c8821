"""Curricula: modules, tracks and editions, installed from packs."""
