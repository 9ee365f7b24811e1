// Compiled for the precompiled header alone.
