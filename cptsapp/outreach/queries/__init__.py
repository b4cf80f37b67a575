"""What the screens of calls read: who matches, campaigns, the list as it stands, facts about one person, results."""
