"""From a flow class or a source file to a :class:`.FlowInfo`."""
