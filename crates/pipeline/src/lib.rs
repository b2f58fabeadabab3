//! Components: from an evaluated configuration to a running agent.
