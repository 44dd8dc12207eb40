package chatd.sql;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import org.jooq.impl.AbstractConverter;

/** Converts the database's DATETIME(6) values, which are in UTC. */
public final class UtcConverter extends AbstractConverter<LocalDateTime, Instant> {
    private static final long serialVersionUID = 1L;

    public UtcConverter() {
        super(LocalDateTime.class, Instant.class);
    }

    @Override
    @SuppressWarnings("NullAway") // jOOQ converts null to null
    public Instant from(LocalDateTime time) {
        return time == null ? null : time.toInstant(ZoneOffset.UTC);
    }

    @Override
    @SuppressWarnings("NullAway")
    public LocalDateTime to(Instant time) {
        return time == null ? null : LocalDateTime.ofInstant(time, ZoneOffset.UTC);
    }
}
