package chatd.daemon.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chatd.admin.api.AdminCall;
import chatd.admin.api.LogCalls;
import chatd.admin.api.SessionCalls;
import chatd.admin.api.SystemCalls;
import chatd.admin.api.UserCalls;
import chatd.daemon.model.Refusal;
import chatd.protocol.value.Code;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestTest {
    private static final Map<String, AdminCall<?, ?, ?>> CALLS = Stream.of(
                    UserCalls.SHOW,
                    UserCalls.ADD,
                    UserCalls.DELETE,
                    UserCalls.IMPORT,
                    LogCalls.TAIL,
                    SessionCalls.BROADCAST,
                    SystemCalls.CHECK)
            .collect(Collectors.toMap(AdminCall::name, call -> call));

    private static Request read(String line) {
        return Request.read(new ByteArrayInputStream(line.getBytes(StandardCharsets.UTF_8)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            user show    |                                    | The command lacks name.
            user show    | "name":""                          | The name must not be empty.
            user show    | "name":null                        | The command lacks name.
            user show    | "name":5                           | The command's name is not a text.
            user show    | "name":1.5                         | The command's name is not a text.
            user show    | "name":true                        | The command's name is not a text.
            user show    | "name":["a"]                       | The command's name is not a text.
            user show    | "name":{"a":1}                     | The command's name is not a text.
            user add     | "name":"x"                         | The command lacks password.
            user add     | "name":"x","password":""           | The password must not be empty.
            user add     | "name":"x","password":7            | The command's password is not a text.
            user add     | "name":"x","password":{"text":"a"} | The command's password is not a text.
            user add     | "name":"x","password":"y","note":1 | The command's note is not a text.
            user delete  | "name":"x","dryRun":"true"         | The command's dryRun is not true or false.
            user delete  | "name":"x","dryRun":1              | The command's dryRun is not true or false.
            user import  | "dryRun":true                      | The command lacks accounts.
            user import  | "accounts":5                       | The command's accounts is not a list.
            user import  | "accounts":{}                      | The command's accounts is not a list.
            user import  | "accounts":[5]                     | The command's accounts is not a list of objects.
            user import  | "accounts":[null]                  | The command's accounts is not a list of objects.
            user import  | "accounts":[{"line":1.5}]          | The command's accounts.line is not a whole number in range.
            user import  | "accounts":[{"name":5}]            | The command's accounts.name is not a text.
            log tail     | "lines":"5"                        | The command's lines is not a whole number in range.
            log tail     | "lines":5.5                        | The command's lines is not a whole number in range.
            log tail     | "lines":99999999999                | The command's lines is not a whole number in range.
            log tail     | "follow":"yes"                     | The command's follow is not true or false.
            broadcast    | "text":true                        | The command's text is not a text.
            config check | "content":5                        | The command's content is not a text.
            """)
    void aFieldThatIsMissingOrOfTheWrongTypeIsRefusedByName(String command, String fields, String refusal) {
        String more = fields == null ? "" : "," + fields;
        Request request = read("{\"command\":\"" + command + "\"" + more + "}");
        AdminCall<?, ?, ?> call = Objects.requireNonNull(CALLS.get(request.command()));
        assertThatThrownBy(() -> request.as(call.request()))
                .isInstanceOfSatisfying(Refusal.class, e -> assertThat(e.code()).isEqualTo(Code.MALFORMED))
                .hasMessage(refusal);
    }

    @Test
    void optionalFieldsMayBeMissing() {
        assertThat(read("{\"name\":\"x\",\"dryRun\":null,\"other\":[1]}").as(UserCalls.Deletion.class))
                .isEqualTo(new UserCalls.Deletion("x", null, false, false));
        assertThat(read("{}").as(LogCalls.Tail.class)).isEqualTo(new LogCalls.Tail(null, false));
        assertThat(read("{\"accounts\":[{\"name\":\"q\"},{}]}")
                        .as(UserCalls.ImportList.class)
                        .accounts())
                .containsExactly(
                        new UserCalls.ImportRow(0, "q", null, null), new UserCalls.ImportRow(0, null, null, null));
    }

    @Test
    void theLogShowsNamesWithHyphensAndTheLengthsOfLists() {
        Request request =
                read("{\"command\":\"user import\",\"accounts\":[{},{}],\"dryRun\":true,\"password\":\"geheim\"}");
        assertThat(request.shown(List.of("accounts", "dryRun", "sync")))
                .containsExactly(Map.entry("accounts", "2"), Map.entry("dry-run", "true"));
    }

    @Test
    void aNumberMustBeWithinItsBounds() {
        assertThat(Request.within("lines", null, 10, 100)).isEqualTo(10);
        assertThat(Request.within("lines", 100, 10, 100)).isEqualTo(100);
        for (int wrong : List.of(-1, 101)) {
            assertThatThrownBy(() -> Request.within("lines", wrong, 10, 100))
                    .hasMessage("The command's lines is not a whole number from 0 to 100.");
        }
    }
}
