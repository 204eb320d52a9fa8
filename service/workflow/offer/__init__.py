"""Steps of sales: prepare, send, remind and withdraw."""
