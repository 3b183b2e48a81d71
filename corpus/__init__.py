"""What is said, and by whom: releases, their texts, the bodies they name. No model, no index, no Discord."""
