package chatd.acceptance.kit;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** Ann, who speaks JSON on one of its carriers, and Ben, who speaks {@code chat/1}, on a daemon that many tests share. */
@ParameterizedClass
@EnumSource(JsonCarrier.class)
@ExtendWith(SharedChatd.class)
public abstract class TwoDialectsTestBase {
    protected final JsonCarrier carrier;
    protected final Chatd chatd;
    protected final Chatd.Person ann;
    protected final Chat1Socket ben;
    private final List<AutoCloseable> open = new ArrayList<>();

    protected TwoDialectsTestBase(JsonCarrier carrier, Chatd chatd) {
        this.carrier = carrier;
        this.chatd = chatd;
        this.ann = chatd.person();
        this.ben = chatd.newcomer();
        open.add(ben);
    }

    @AfterEach
    protected final void close() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
    }

    /** Has something closed after the test. */
    protected final <T extends AutoCloseable> T closing(T one) {
        open.add(one);
        return one;
    }

    /** Connects; the connection is closed after the test. */
    protected final JsonSocket connect() {
        return closing(carrier.connect(chatd));
    }

    protected final JsonSocket logIn(Chatd.Person person, String device) {
        return closing(chatd.logInJson(carrier, person, device));
    }

    protected final Chat1Socket chat1(Chatd.Person person) {
        return closing(chatd.logIn(person));
    }

    /** Returns the number of a user, as {@code U12}. */
    protected final String number(Chat1Socket of) {
        return "U"
                + chatd.admin("", "-o", "json", "user", "show", of.name())
                        .exits(0)
                        .out()
                        .replaceFirst("(?s).*\"number\" : (\\d+).*", "$1");
    }

    /** Returns the text at a path of keys; empty if there is none. */
    protected static String text(JsonNode from, String... path) {
        JsonNode node = from;
        for (String key : path) {
            node = node.path(key);
        }
        return node.asString("");
    }

    /** Returns the texts of a page. */
    protected static List<String> texts(JsonNode page) {
        return page.path("items").valueStream().map(item -> text(item, "info")).toList();
    }
}
