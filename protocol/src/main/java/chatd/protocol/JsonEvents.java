package chatd.protocol;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What the daemon says in JSON. Any thread. */
final class JsonEvents {
    /** Users who are listed at log in. */
    private static final int MOST_STRANGERS = 1_000;

    private static final String SERVER = "server";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private JsonEvents() {}

    /** @throws IllegalArgumentException where there is no message for it */
    static byte[] bytes(Event event) {
        return Json.LENIENT.writeValueAsBytes(message(event));
    }

    private static ObjectNode message(Event event) {
        return switch (event) {
            case Event.Welcome welcome -> welcome(welcome);
            case Event.LogInRefused refused -> answer("", refused.code());
            case Event.Text text -> text(text);
            case Event.FileOffer file -> offer(file);
            case Event.WentOffline gone -> message(user(gone.user()), "", 5).put("info", "logout");
            case Event.CameOnline come -> {
                ObjectNode message = message(SERVER, "", 8);
                named(message.putObject("info"), come.user(), come.name()).put("type", "stranger");
                yield message;
            }
            case Event.Renamed renamed -> {
                ObjectNode message = message(SERVER, "", 16);
                named(message.putObject("info"), renamed.user(), renamed.name());
                yield message;
            }
            case Event.Refused refused -> refused(refused);
            case Event.Page page -> page(page);
            case Event.Settings settings -> {
                ObjectNode message = message(SERVER, "", 26);
                yield message.set("info", document(settings.document()));
            }
            default ->
                throw new IllegalArgumentException(
                        "chat-json/1 has no message for " + event.getClass().getSimpleName());
        };
    }

    private static ObjectNode message(String send, String receive, int type) {
        return Json.LENIENT
                .createObjectNode()
                .put("send", send)
                .put("receive", receive)
                .put("type", type);
    }

    private static ObjectNode named(ObjectNode info, long number, String name) {
        return info.put("user_id", user(number)).put("user_name", name);
    }

    private static String user(long number) {
        return number == 0 ? SERVER : "U" + number;
    }

    /** To a log in. */
    private static ObjectNode answer(String receive, String code) {
        ObjectNode message = message(SERVER, receive, 2);
        ObjectNode info = message.putObject("info").put("success", said(code)).put("code", code);
        info.putArray("strangers");
        info.putArray("friends");
        info.putArray("groups");
        return message;
    }

    private static String said(String code) {
        return switch (code) {
            case "ok" -> "登录成功";
            case "no-such-user" -> "无此用户";
            case "wrong-password" -> "密码错误";
            case "must-change-password" -> "需要修改密码";
            case "disabled" -> "账号已停用";
            case "throttled" -> "请稍后再试";
            default -> throw new IllegalArgumentException("a log in is not refused with " + code);
        };
    }

    private static ObjectNode welcome(Event.Welcome welcome) {
        ObjectNode message = answer(user(welcome.user()), "ok");
        ObjectNode info = (ObjectNode) message.path("info");
        named(info, welcome.user(), welcome.name());
        ArrayNode strangers = (ArrayNode) info.path("strangers");
        int total = 0;
        for (int place = 0; place < welcome.numbers().size(); place++) {
            long number = welcome.numbers().get(place);
            if (number != welcome.user() && welcome.roster().isOnline(place)) {
                total++;
                if (total <= MOST_STRANGERS) {
                    named(
                                    strangers.addObject(),
                                    number,
                                    welcome.roster().get(place).name())
                            .put("online", true);
                }
            }
        }
        info.put("strangers_total", total);
        info.set("settings", document(welcome.settings()));
        info.put("last_login", welcome.lastLogin().map(JsonEvents::time).orElse(null));
        info.put("time", time(welcome.time()));
        return message;
    }

    private static ObjectNode text(Event.Text text) {
        Event.Stored stored = text.stored();
        if (stored == null) {
            return message(SERVER, "", 3).put("info", text.text());
        }
        return kept(stored, 3, text.time(), Json.LENIENT.getNodeFactory().stringNode(text.text()));
    }

    private static ObjectNode offer(Event.FileOffer file) {
        Event.Stored stored = file.stored();
        Event.Whole content = file.content();
        if (stored == null || content == null) {
            throw new IllegalArgumentException("a file that is not stored has no message");
        }
        ObjectNode info = Json.LENIENT
                .createObjectNode()
                .put("op", "offer")
                .put("file", file.file())
                .put("name", file.name())
                .put("size", content.size())
                .put("sha256", HexFormat.of().formatHex(content.sha256()));
        return kept(stored, 6, file.time(), info);
    }

    /** @param type where it is not a text to everyone */
    private static ObjectNode kept(Event.Stored stored, int type, Instant time, JsonNode info) {
        List<Long> to = stored.receivers();
        ObjectNode message = message(
                user(stored.sender()), to == null ? "" : user(to.getFirst()), to == null && type == 3 ? 4 : type);
        if (to != null && to.size() > 1) {
            ArrayNode all = message.putArray("receivers");
            to.forEach(receiver -> all.add(user(receiver)));
        }
        message.set("info", info);
        return message.put("mid", stored.number())
                .put("time", time(time))
                .put("salt", Base64.getUrlEncoder().withoutPadding().encodeToString(stored.salt()));
    }

    private static ObjectNode refused(Event.Refused refused) {
        ObjectNode message = message(SERVER, "", 18);
        ObjectNode info = message.putObject("info");
        if (!refused.id().isEmpty()) {
            info.put("id", refused.id());
        }
        info.put("type", refused.type()).put("code", refused.code()).put("text", refused.text());
        return message;
    }

    private static ObjectNode page(Event.Page page) {
        ObjectNode message = message(SERVER, "", 20);
        ObjectNode info = message.putObject("info");
        String with = page.with();
        if (with != null) {
            info.put("with", with);
        }
        ArrayNode items = info.putArray("items");
        page.items().forEach(item -> items.add(message(item)));
        info.put("more", page.more());
        ObjectNode names = info.putObject("names");
        page.names().forEach((number, name) -> names.put(user(number), name));
        return message;
    }

    /** A settings document as a value; as a string where it is not JSON, null where there is none. */
    private static JsonNode document(Document document) {
        if (document.bytes().length == 0) {
            return Json.LENIENT.getNodeFactory().nullNode();
        }
        return Json.parse(Json.LENIENT, document.bytes())
                .orElseGet(() ->
                        Json.LENIENT.getNodeFactory().stringNode(new String(document.bytes(), StandardCharsets.UTF_8)));
    }

    private static String time(Instant time) {
        return TIME.format(time);
    }
}
