"""What the senders do, against real receivers."""
