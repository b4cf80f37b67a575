"""The inbox: queues, list, filters, bulk acts."""
