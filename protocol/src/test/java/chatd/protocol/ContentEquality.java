package chatd.protocol;

import chatd.protocol.value.Secret;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Compares two messages by content, including their passwords, which have no {@code equals} of their own. */
public final class ContentEquality {
    private ContentEquality() {}

    public static boolean areEqual(@Nullable Object a, @Nullable Object b) {
        return Objects.equals(a, b)
                || switch (a) {
                    case Secret secret -> b instanceof Secret other && Arrays.equals(secret.bytes(), other.bytes());
                    case byte[] bytes -> b instanceof byte[] others && Arrays.equals(bytes, others);
                    case List<?> list -> b instanceof List<?> others && areEqual(list, others);
                    case Record message -> b instanceof Record other && areEqual(message, other);
                    case null, default -> false;
                };
    }

    private static boolean areEqual(List<?> a, List<?> b) {
        boolean isSame = a.size() == b.size();
        for (int i = 0; isSame && i < a.size(); i++) {
            isSame = areEqual(a.get(i), b.get(i));
        }
        return isSame;
    }

    private static boolean areEqual(Record a, Record b) {
        return a.getClass().equals(b.getClass())
                && Arrays.stream(a.getClass().getRecordComponents())
                        .allMatch(component -> areEqual(value(component, a), value(component, b)));
    }

    private static @Nullable Object value(RecordComponent component, Record owner) {
        try {
            return component.getAccessor().invoke(owner);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
