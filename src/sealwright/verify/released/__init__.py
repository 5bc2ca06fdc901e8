"""What was released, looked at long afterwards: the index, the signed manifest and the tag have to go on agreeing."""
