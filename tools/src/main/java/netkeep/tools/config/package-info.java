/// The configuration file of a daemon, in TOML: read, checked and compared with what runs.
@NullMarked
package netkeep.tools.config;

import org.jspecify.annotations.NullMarked;
