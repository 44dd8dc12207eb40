/** Measures the parts of the hot path by themselves, with JMH: {@code ./chat bench --micro}. */
@NullMarked
package chatd.bench.micro;

import org.jspecify.annotations.NullMarked;
