"""What the reports read: few columns of many records, in one pass each, within the actor's rights."""
