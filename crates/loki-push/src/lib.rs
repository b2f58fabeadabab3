//! Log sources, stages and the Loki push client, with checkpoints that follow delivery.
