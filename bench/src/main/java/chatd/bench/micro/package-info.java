/** What the parts of the hot path cost by themselves, by JMH: {@code ./chat bench --micro}. */
@NullMarked
package chatd.bench.micro;

import org.jspecify.annotations.NullMarked;
