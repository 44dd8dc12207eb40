package chatd.acceptance.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.web.browser.BrowserTestBase;
import chatd.acceptance.web.browser.WebBrowser.Device;
import chatd.acceptance.web.browser.WebPerson;
import chatd.fixtures.Campaign;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Two people who make and change groups at random in two browsers, with reloads and cuts; after each step both pages show
 * what a model of the group has, and in the end the administrators see the same.
 */
@Tag("processes")
class WebGroupModelIT extends BrowserTestBase {
    private static final int ROUNDS = Campaign.times(1, 15);
    private static final int STEPS = 20;

    /** The group, by the rules of the page chat-json-1.md. */
    private static final class Model {
        String name = "";
        String topic = "";
        boolean isClosed;

        /** Who is in it, in the order in which they came, and their roles. */
        final Map<String, String> roles = new LinkedHashMap<>();

        /** How often somebody has come, and who has left by themselves. */
        final Map<String, Integer> comings = new HashMap<>();

        final Map<String, Boolean> haveLeft = new HashMap<>();

        void come(String who, String role) {
            roles.put(who, role);
            comings.merge(who, 1, Integer::sum);
        }

        void leave(String who) {
            haveLeft.put(who, true);
            boolean wasOwner = "owner".equals(roles.remove(who));
            if (roles.isEmpty()) {
                isClosed = true;
            } else if (wasOwner && !roles.containsValue("owner")) {
                roles.put(roles.keySet().iterator().next(), "owner");
            }
        }

        boolean mayComeBack(String who) {
            int times = comings.getOrDefault(who, 0);
            return !roles.containsKey(who) && times < 7 && (times < 2 || !haveLeft.getOrDefault(who, false));
        }
    }

    /** Reads what a page shows of the group whose card is open. */
    private static final String SHOWN = """
            () => JSON.stringify({
              name: document.querySelector(".talk .head h1")?.textContent,
              topic: document.querySelector(".card .topic")?.textContent ?? "",
              closed: [...document.querySelectorAll(".card .hint")].some((one) => one.textContent.includes("closed")),
              writes: document.querySelector(".composer textarea") !== null,
              members: [...document.querySelectorAll(".card .with-button")].map((row) =>
                [row.querySelector(".row-title").textContent, row.querySelector(".row-last").textContent || "member"]),
            })""";

    private final long seed = Long.getLong("chatd.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final List<Chatd.Person> people = new ArrayList<>();
    private final Map<String, WebPerson> pages = new TreeMap<>();
    /** Those who are chosen in the form that is open. */
    private final List<String> chosen = new ArrayList<>();

    private Model model = new Model();
    private int count;

    @Test
    void bothPagesShowTheGroupAsTheModelHasIt() {
        Campaign.report("seed " + seed);
        for (int i = 0; i < 4; i++) {
            people.add(chatd.person());
        }
        for (Chatd.Person person : people.subList(0, 2)) {
            pages.put(
                    person.name(),
                    browser.open(proxy.port(), Device.DESK.options()).logInToStay(person));
        }
        int compared = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Campaign.reached(round, ROUNDS, "rounds");
            create();
            for (int step = 0; step < STEPS && !model.isClosed; step++) {
                String what = act();
                pages.forEach((name, page) -> compare(name, page, what));
                compared += pages.size();
            }
            compareWithTheDaemon();
        }
        pages.values().forEach(page -> page.complaints().clear());
        Campaign.report(compared + " screens of two browsers compared with the model of a group");
    }

    private static <T> T any(List<T> all, Random random) {
        return all.get(random.nextInt(all.size()));
    }

    private void create() {
        model = new Model();
        model.name = "Group " + ++count + " of " + people.getFirst().name();
        List<String> names = new ArrayList<>(pages.keySet());
        Collections.shuffle(names, random);
        String maker = names.getFirst();
        WebPerson page = page(maker);
        page.page().navigate(page.address() + "#/");
        page.button("New group").first().click();
        page.field("Name of the group").fill(model.name);
        model.come(maker, "owner");
        List<String> others = people.stream()
                .map(Chatd.Person::name)
                .filter(name -> !name.equals(maker))
                .toList();
        for (String other : others) {
            // Both are in it at first: there is something to be seen.
            if (pages.containsKey(other) || random.nextBoolean()) {
                choose(page, other);
            }
        }
        others.stream().filter(chosen::contains).forEach(other -> model.come(other, "member"));
        chosen.clear();
        page.button("Create group").click();
        WebPerson.awaitVisible(page.composer());
        for (String name : names) {
            showCard(page(name));
            compare(name, page(name), "create");
        }
    }

    private void choose(WebPerson page, String name) {
        page.field("Add people").fill(name);
        page.page()
                .getByRole(
                        AriaRole.CHECKBOX,
                        new Page.GetByRoleOptions().setName(name).setExact(true))
                .click();
        WebPerson.awaitVisible(page.button("Leave out " + name));
        chosen.add(name);
    }

    private WebPerson page(String name) {
        WebPerson page = pages.get(name);
        if (page == null) {
            throw new IllegalStateException(name + " has no page");
        }
        return page;
    }

    private void showCard(WebPerson page) {
        page.open(model.name);
        if (page.page().locator("aside.card").count() == 0) {
            page.page().locator(".talk .head .who").click();
        }
        WebPerson.awaitVisible(page.button("Mute"));
    }

    /** Does one thing, as somebody would who sees the page; returns what. */
    private String act() {
        List<String> acting =
                pages.keySet().stream().filter(model.roles::containsKey).toList();
        if (acting.isEmpty()) {
            // Nobody is left who has a page.
            model.isClosed = true;
            return "nothing";
        }
        String me = any(acting, random);
        WebPerson page = page(me);
        String role = model.roles.getOrDefault(me, "");
        boolean owns = role.equals("owner");
        boolean manages = owns || role.equals("admin");
        int choice = random.nextInt(16);
        if (choice < 2) {
            page.says("text " + ++count);
            page.reads("text " + count);
        } else if (choice < 3) {
            page.page().reload();
            WebPerson.awaitVisible(page.button("Mute"));
        } else if (choice < 4) {
            proxy.cut();
            acting.forEach(this::awaitConnected);
        } else if (choice < 6 && manages) {
            model.name = "Group " + ++count + " of " + people.getFirst().name();
            edit(page, "Rename", model.name);
            return me + " renames";
        } else if (choice < 8 && owns) {
            edit(page, model.topic.isEmpty() ? "Add a topic" : "Change the topic", "topic " + ++count);
            model.topic = "topic " + count;
            return me + " changes the topic";
        } else if (choice < 10 && manages) {
            return add(me, page);
        } else if (choice < 14 && manages) {
            return manage(me, page, owns);
        } else if (choice < 15) {
            page.button("Leave the group").click();
            page.button("Leave").click();
            model.leave(me);
            return me + " leaves";
        } else if (owns && random.nextInt(3) == 0) {
            page.button("Close the group").click();
            page.page()
                    .getByRole(AriaRole.GROUP, new Page.GetByRoleOptions().setName("Close the group"))
                    .getByText("Close", new Locator.GetByTextOptions().setExact(true))
                    .click();
            model.isClosed = true;
            return me + " closes it";
        }
        return "nothing";
    }

    /**
     * Waits until a page, whose connection was cut, has another: what is asked for before is not done, and the user is told.
     * A text is sent over the next connection.
     */
    private void awaitConnected(String name) {
        String text = "text " + ++count;
        page(name).says(text);
        Chatd.Person person = people.stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow();
        await().until(() -> {
            page(name).reconnect();
            return chatd.texts(person).contains(text);
        });
    }

    private static void edit(WebPerson page, String button, String text) {
        page.button(button).click();
        page.page().keyboard().press("Control+a");
        page.page().keyboard().type(text);
        page.page().keyboard().press("Enter");
    }

    private String add(String me, WebPerson page) {
        List<String> others = people.stream()
                .map(Chatd.Person::name)
                .filter(model::mayComeBack)
                .toList();
        if (others.isEmpty()) {
            return "nobody to add";
        }
        String other = any(others, random);
        page.button("Add people").click();
        choose(page, other);
        chosen.clear();
        page.button("Add").click();
        model.come(other, "member");
        return me + " adds " + other;
    }

    private String manage(String me, WebPerson page, boolean owns) {
        List<String> others = model.roles.entrySet().stream()
                .filter(one ->
                        !one.getKey().equals(me) && (owns || one.getValue().equals("member")))
                .map(Map.Entry::getKey)
                .toList();
        if (others.isEmpty()) {
            return "nobody to manage";
        }
        String other = any(others, random);
        page.button("Manage " + other).click();
        if (owns && random.nextInt(4) > 0) {
            String role = any(
                    List.of("member", "admin", "owner").stream()
                            .filter(one -> !one.equals(model.roles.get(other)))
                            .toList(),
                    random);
            page.choice(role.equals("member") ? "Make a member" : "Make an " + role)
                    .click();
            model.roles.put(other, role);
            return me + " makes " + other + " " + role;
        }
        page.choice("Remove from the group").click();
        page.choice("Remove from the group").click();
        model.roles.remove(other);
        return me + " removes " + other;
    }

    private void compare(String name, WebPerson page, String after) {
        boolean isIn = model.roles.containsKey(name);
        await().untilAsserted(() -> {
            page.reconnect();
            JsonNode shown = JsonMapper.shared().readTree((String) page.page().evaluate(SHOWN));
            String where = "seed %d, after %s, at %s".formatted(seed, after, name);
            assertThat(shown.path("writes").asBoolean()).as(where).isEqualTo(isIn && !model.isClosed);
            // Whoever is out of it is told nothing more.
            if (isIn) {
                Map<String, String> members = new TreeMap<>();
                shown.path("members")
                        .forEach(one ->
                                members.put(one.path(0).asString(), one.path(1).asString()));
                assertThat(members).as(where).isEqualTo(new TreeMap<>(model.roles));
                assertThat(shown.path("name").asString()).as(where).isEqualTo(model.name);
                assertThat(shown.path("topic").asString()).as(where).isEqualTo(model.topic);
                assertThat(shown.path("closed").asBoolean()).as(where).isEqualTo(model.isClosed);
            }
        });
    }

    private void compareWithTheDaemon() {
        String listed = chatd.admin("", "group", "list", "-o", "json").exits(0).out();
        long number = JsonMapper.shared()
                .readTree(listed)
                .valueStream()
                .filter(one -> one.path("name").asString().equals(model.name))
                .mapToLong(one -> one.path("number").asLong())
                .sum();
        JsonNode group = JsonMapper.shared()
                .readTree(chatd.admin("", "group", "show", "G" + number, "-o", "json")
                        .exits(0)
                        .out());
        Map<String, String> members = new TreeMap<>();
        group.path("list")
                .forEach(one -> members.put(
                        one.path("name").asString(), one.path("role").asString()));
        assertThat(members).as("seed %d", seed).isEqualTo(new TreeMap<>(model.roles));
        assertThat(group.path("topic").asString()).as("seed %d", seed).isEqualTo(model.topic);
    }
}
