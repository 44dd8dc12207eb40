package chatd.audit.event;

import chatd.audit.seal.SealPublicKey;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The content of an event before it becomes a line. Values may contain anything: they are escaped when written. */
public final class Fields {
    /** Arguments of admin commands that contain account names, or may contain them. */
    private static final Set<String> NAMES = Set.of("name", "to", "heir", "who", "session", "user", "xpath");

    private static final Attribute[] ALL = Attribute.values();

    /** The text before the value of each attribute. */
    private static final Map<Attribute, byte[]> OPENINGS = new EnumMap<>(Attribute.class);

    static {
        for (Attribute attribute : ALL) {
            OPENINGS.put(attribute, (" " + attribute.xmlName() + "=\"").getBytes(StandardCharsets.US_ASCII));
        }
    }

    private final EnumMap<Attribute, Object> values = new EnumMap<>(Attribute.class);
    private final List<Element> children = new ArrayList<>();
    private final boolean withNames;

    /** @param withNames whether accounts are logged with their names, or by number only */
    public Fields(boolean withNames) {
        this.withNames = withNames;
    }

    public Fields put(Attribute attribute, @Nullable Object value) {
        if (value != null) {
            values.put(attribute, value);
        }
        return this;
    }

    Fields who(LoggedIdentity who) {
        return put(Attribute.USER, who.user()).put(Attribute.NAME, withNames ? who.name() : null);
    }

    /** Puts the former name of an account. */
    Fields formerName(@Nullable String name) {
        return put(Attribute.WAS, withNames ? name : null);
    }

    Fields peer(@Nullable Peer peer) {
        if (peer == null) {
            return this;
        }
        return put(Attribute.SESSION, peer.session())
                .put(Attribute.DIALECT, peer.dialect())
                .put(Attribute.ADDRESS, peer.address())
                .put(Attribute.PORT, peer.port());
    }

    /** Puts only session and address, for events that recur in a session: its login event has the rest. */
    Fields sessionAndAddress(@Nullable Peer peer) {
        return peer == null ? this : put(Attribute.SESSION, peer.session()).put(Attribute.ADDRESS, peer.address());
    }

    /** Puts the receivers of a message: their number, a group, or everyone. */
    Fields receivers(@Nullable List<LoggedIdentity> receivers) {
        boolean isGroup = receivers != null
                && receivers.size() == 1
                && receivers.getFirst().isGroup();
        return put(
                Attribute.RECEIVERS,
                receivers == null ? "everyone" : isGroup ? receivers.getFirst().user() : (Object) receivers.size());
    }

    Fields to(List<LoggedIdentity> receivers) {
        for (LoggedIdentity who : receivers) {
            String number = who.isGroup() ? "group" : "user";
            children.add(new Element(
                    "to",
                    withNames
                            ? List.of(
                                    Map.entry(number, String.valueOf(who.user())),
                                    Map.entry("name", String.valueOf(who.name())))
                            : List.of(Map.entry(number, String.valueOf(who.user())))));
        }
        return this;
    }

    Fields arguments(List<Map.Entry<String, String>> arguments) {
        for (Map.Entry<String, String> argument : arguments) {
            if (!withNames && NAMES.contains(argument.getKey())) {
                continue;
            }
            children.add(new Element(
                    "argument",
                    List.of(Map.entry("name", argument.getKey()), Map.entry("value", argument.getValue()))));
        }
        return this;
    }

    /** Adds a key at full length: a truncated one can't be used. */
    Fields key(SealPublicKey key) {
        children.add(new Element(
                "key",
                List.of(Map.entry("alg", key.algorithm()), Map.entry("public", key.encoded())),
                Integer.MAX_VALUE));
        return put(Attribute.REFERENCE, key.id());
    }

    Fields lost(List<LogEvent.Range> ranges) {
        for (LogEvent.Range range : ranges) {
            children.add(new Element(
                    "lost",
                    List.of(
                            Map.entry("kind", range.kind()),
                            Map.entry("from", Long.toString(range.from())),
                            Map.entry("to", Long.toString(range.to())))));
        }
        return this;
    }

    Fields expired(List<AuditEvent.Numbers> ranges) {
        for (AuditEvent.Numbers range : ranges) {
            children.add(new Element(
                    "expired",
                    List.of(
                            Map.entry("from", Long.toString(range.from())),
                            Map.entry("to", Long.toString(range.to())))));
        }
        return this;
    }

    /** Appends the attributes, in their order. */
    public void writeTo(LineBuffer line) {
        for (Attribute attribute : ALL) {
            Object value = values.get(attribute);
            if (value != null) {
                line.append(Objects.requireNonNull(OPENINGS.get(attribute)));
                switch (value) {
                    case Long number -> line.append(number);
                    case Integer number -> line.append(number.longValue());
                    default -> line.appendEscaped(value.toString(), Escape.LONGEST);
                }
                line.append('"');
            }
        }
    }

    public List<Element> children() {
        return children;
    }
}
