package chatd.acceptance.kit;

import java.util.List;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** Ann, who speaks JSON on one of its carriers, and Ben, who speaks {@code chat/1}, on a daemon that many tests share. */
@ParameterizedClass
@EnumSource(JsonCarrier.class)
public abstract class TwoDialectsTestBase extends CarrierTestBase {
    protected final Chat1Socket ben;

    protected TwoDialectsTestBase(JsonCarrier carrier, Chatd chatd) {
        super(carrier, chatd);
        this.ben = chatd.newcomer();
        open.add(ben);
    }

    protected final Chat1Socket chat1(Chatd.Person person) {
        return closeAfterTest(chatd.logIn(person));
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
