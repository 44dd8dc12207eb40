/** Measures the daemon, its database and other servers under the load generator, side by side. */
@NullMarked
package chatd.bench;

import org.jspecify.annotations.NullMarked;
