"""Deals on a board and in a list; leads, orders, payments and products."""
