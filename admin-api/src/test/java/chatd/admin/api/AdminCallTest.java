package chatd.admin.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class AdminCallTest {
    private static final JsonMapper JSON = new JsonMapper();

    private static final UserCalls.Account ALICE = new UserCalls.Account(
            "alice",
            12,
            "active",
            true,
            null,
            false,
            true,
            null,
            "2026-11-20T06:15:00Z",
            "::1",
            "2026-11-20T06:15:00Z",
            "");

    @Test
    void anAccountIsFlattenedIntoTheRecordAroundIt() {
        UserCalls.Details details = new UserCalls.Details(ALICE, List.of("alicia"), 3, 2, 700, null, List.of());
        String written = JSON.writeValueAsString(details);
        assertThat(written)
                .startsWith(
                        "{\"name\":\"alice\",\"number\":12,\"state\":\"active\",\"mustChange\":true,\"passwordEnds\":null")
                .endsWith(
                        ",\"note\":\"\",\"formerNames\":[\"alicia\"],\"wrongPasswords\":3,\"files\":2,\"bytes\":700,\"quota\":null,\"onlyOwnerOf\":[]}");
        assertThat(JSON.readValue(written, UserCalls.Details.class)).isEqualTo(details);
    }

    @Test
    void aPartOmitsMissingFields() {
        assertThat(JSON.writeValueAsString(new LogCalls.TailPart(null, "<event/>")))
                .isEqualTo("{\"line\":\"<event/>\"}");
        LogCalls.Stored stored = JSON.readValue("{\"upTo\":7}", LogCalls.Stored.class);
        assertThat(stored).isEqualTo(new LogCalls.Stored(7L, null, null, null));
    }

    @Test
    void aPasswordIsNotShownByToString() {
        UserCalls.AddOrReset setting = new UserCalls.AddOrReset("alice", null, true, false, new Password("geheim"));
        assertThat(setting.toString()).doesNotContain("geheim");
        assertThat(JSON.writeValueAsString(setting)).contains("\"password\":\"geheim\"");
        assertThat(JSON.readValue(JSON.writeValueAsString(setting), UserCalls.AddOrReset.class))
                .isEqualTo(setting);
    }

    @Test
    void noTwoCallsHaveTheSameName() throws IllegalAccessException {
        List<String> names = new ArrayList<>();
        for (Class<?> calls : List.of(UserCalls.class, SessionCalls.class, LogCalls.class, SystemCalls.class)) {
            for (Field field : calls.getDeclaredFields()) {
                if (field.getType() == AdminCall.class) {
                    names.add(((AdminCall<?, ?, ?>) field.get(null)).name());
                }
            }
        }
        assertThat(names).hasSizeGreaterThan(25).doesNotHaveDuplicates();
    }
}
