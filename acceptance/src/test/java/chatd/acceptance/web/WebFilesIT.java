package chatd.acceptance.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.files.FileTestBase;
import chatd.acceptance.files.Pictures;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.SpawnedDaemon;
import chatd.acceptance.kit.Wire;
import chatd.acceptance.web.browser.AppearanceCheck;
import chatd.acceptance.web.browser.WebBrowser.Device;
import chatd.acceptance.web.browser.WebPerson;
import chatd.fixtures.TestTimeout;
import com.google.gson.JsonObject;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.FilePayload;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files in the page: chosen, dropped and pasted; sent once, whatever becomes of the connection, the daemon or the page.
 */
@Tag("processes")
class WebFilesIT extends WebFilesTestBase {
    @Test
    void filesAreChosenDroppedAndPastedAndArriveByteForByte() throws IOException {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).find(ben.name());
        byte[] notes = FileTestBase.noise(70_000);
        send(
                desk,
                file("notes.bin", "application/octet-stream", notes),
                file("list.csv", "text/csv", Wire.utf8("a,b\n")));
        assertThat(row(desk, "notes.bin")).hasCount(1, PATIENT);
        assertThat(row(desk, "list.csv")).hasCount(1, PATIENT);
        give(desk, "drop", "dropped.txt", "text/plain", Wire.utf8("dropped"));
        assertThat(row(desk, "dropped.txt")).hasCount(1, PATIENT);
        give(desk, "paste", "image.png", "image/png", Pictures.encoded("png"));
        awaitLoaded(desk, picture(desk, "image.png"));
        WebPerson.awaitGone(desk.page().locator(".upload"));
        // In the order in which they were chosen.
        assertThat(desk.page().locator(".messages .file-name, .messages .picture"))
                .hasText(new String[] {"notes.bin", "list.csv", "dropped.txt", ""});

        WebPerson phone = browser.open(chatd, Device.PHONE).logIn(ben).open(ann.name());
        assertThat(row(phone, "notes.bin")).containsText("68 KiB");
        assertThat(saved(phone.page(), row(phone, "notes.bin"))).isEqualTo(notes);
        // In another tab: Chromium may cancel a second download of a page.
        assertThat(saved(desk.page(), row(desk, "dropped.txt"))).isEqualTo(Wire.utf8("dropped"));
        awaitLoaded(phone, picture(phone, "image.png"));
        AppearanceCheck.check(phone, "files");
    }

    @Test
    void anUploadGoesOnAfterACutAndCanBeCancelled() throws IOException {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        byte[] large = FileTestBase.noise(30 << 20);
        WebPerson desk =
                browser.open(proxy.port(), Device.DESK.options()).logIn(ann).find(ben.name());
        choose(desk, file("large.bin", "", large));
        Page page = desk.page();
        page.locator("dialog .strong").click();
        Locator upload = page.locator(".upload progress");
        WebPerson.awaitVisible(upload);
        page.waitForFunction(
                "() => document.querySelector('.upload progress')?.value > 1e6 || !document.querySelector('.upload')");
        proxy.cut();
        desk.reconnect();
        assertThat(row(desk, "large.bin")).hasCount(1, PATIENT);
        WebPerson.awaitGone(page.locator(".upload"));
        WebPerson other = browser.open(chatd, Device.DESK).logIn(ben).open(ann.name());
        assertThat(saved(other.page(), row(other, "large.bin"))).isEqualTo(large);

        // The browser's word on an attempt that resumed while bytes of the one before were still arriving.
        desk.complaints().removeIf(complaint -> complaint.contains("status of 400"));

        // Nothing is sent while there is no connection, and what is cancelled then is never sent.
        proxy.refuse();
        proxy.cut();
        WebPerson.awaitVisible(page.locator(".bar.away"));
        send(desk, file("never.bin", "", large));
        WebPerson.awaitVisible(page.getByText("Waiting for a connection"));
        desk.button("Cancel sending never.bin").click();
        WebPerson.awaitGone(page.locator(".upload"));
        proxy.forwardToPort(chatd.port());
        desk.reconnect();
        desk.says("back").reads("back");
        other.reads("back");
        other.expectAbsent(row(other, "never.bin"));
    }

    /** Lets the page of somebody send 1 MiB a second, so that an upload takes a while; until this is detached. */
    private static CDPSession throttle(WebPerson person) {
        CDPSession tools = person.page().context().newCDPSession(person.page());
        tools.send("Network.enable");
        var conditions = new JsonObject();
        conditions.addProperty("offline", false);
        conditions.addProperty("latency", 0);
        conditions.addProperty("downloadThroughput", -1);
        conditions.addProperty("uploadThroughput", 1 << 20);
        tools.send("Network.emulateNetworkConditions", conditions);
        return tools;
    }

    private static void awaitUnderWay(WebPerson person) {
        person.page().waitForFunction("""
                        () => {
                          const bar = document.querySelector(".upload progress");
                          return bar !== null && bar.value > 100_000 && bar.value < bar.max;
                        }""");
    }

    @ParameterizedTest
    @ValueSource(strings = {"choose", "drop", "paste"})
    void anUploadIsFinishedAfterTheDaemonWasKilledInItsMiddle(String how) throws IOException {
        byte[] content = FileTestBase.noise(3 << 20);
        try (SpawnedDaemon own = SpawnedDaemon.startOnReservedPort()) {
            Chatd.Person ann = own.person();
            Chatd.Person ben = own.person();
            WebPerson desk = browser.open(own, Device.DESK).logIn(ann).find(ben.name());
            AppearanceCheck.loadLanguages(desk);
            CDPSession slow = throttle(desk);
            if (how.equals("choose")) {
                send(desk, file("large.bin", "", content));
            } else {
                give(desk, how, "large.bin", "", content);
            }
            awaitUnderWay(desk);
            own.killDaemon();
            WebPerson.awaitVisible(desk.page().locator(".bar.away"));
            slow.detach();
            AppearanceCheck.check(desk, "upload-waits");
            own.begin();
            desk.reconnect();
            assertThat(row(desk, "large.bin")).hasCount(1, PATIENT);
            WebPerson.awaitGone(desk.page().locator(".upload"));
            WebPerson other = browser.open(own, Device.DESK).logIn(ben).open(ann.name());
            assertThat(saved(other.page(), row(other, "large.bin"))).isEqualTo(content);
            // What the browser says of requests to a daemon that is not there
            desk.complaints().clear();
        }
    }

    @Test
    void whatExceedsTheQuotaIsRefusedInWords() {
        try (SpawnedDaemon own = SpawnedDaemon.start("CHATD_QUOTA_ACCOUNT", "1 MiB")) {
            WebPerson desk = browser.open(own, Device.DESK)
                    .logIn(own.person())
                    .find(own.person().name());
            send(desk, file("large.bin", "", FileTestBase.noise(3 << 20)));
            assertThat(desk.page().locator(".upload.refused .why"))
                    .containsText(
                            "Your files may take up 1 MiB, and already take up 0 bytes: there is no room for 3 MiB more.",
                            new LocatorAssertions.ContainsTextOptions().setTimeout(TestTimeout.MILLIS));
            AppearanceCheck.check(desk, "upload-refused");
            desk.button("Delete").click();
            WebPerson.awaitGone(desk.page().locator(".upload"));
            send(desk, file("small.bin", "", FileTestBase.noise(1000)));
            assertThat(row(desk, "small.bin")).hasCount(1, PATIENT);
            desk.complaints().clear();
        }
    }

    /** How many files the browser keeps until they are sent. */
    private static final String KEPT = """
            async () => {
              if (!(await indexedDB.databases()).some(({ name }) => name === "chatd-files")) return 0;
              return new Promise((done) => {
                const opening = indexedDB.open("chatd-files");
                opening.onsuccess = () => {
                  const counting = opening.result.transaction("files").objectStore("files").count();
                  counting.onsuccess = () => {
                    opening.result.close();
                    done(counting.result);
                  };
                };
              });
            }""";

    /** Reloads the page, whatever it asks; returns the kinds of what it asked. */
    private static List<String> reload(WebPerson person) {
        List<String> questions = new ArrayList<>();
        person.page().onDialog(dialog -> {
            questions.add(dialog.type());
            dialog.accept();
        });
        person.page().reload();
        return questions;
    }

    @Test
    void onAnOwnDeviceAnUploadGoesOnAfterAReload() throws IOException {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        byte[] content = FileTestBase.noise(3 << 20);
        WebPerson desk = browser.open(chatd, Device.DESK).logInToStay(ann).find(ben.name());
        CDPSession slow = throttle(desk);
        choose(desk, file("large.bin", "", content), file("small.bin", "", Wire.utf8("small")));
        desk.expectAbsent(desk.page().getByText("Keep this page open"));
        desk.page().locator("dialog .strong").click();
        awaitUnderWay(desk);
        await().until(() -> desk.page().evaluate(KEPT).equals(2));
        List<String> questions = reload(desk);
        assertThat(questions).isEmpty();
        slow.detach();
        assertThat(row(desk, "large.bin")).hasCount(1, PATIENT);
        assertThat(row(desk, "small.bin")).hasCount(1, PATIENT);
        WebPerson.awaitGone(desk.page().locator(".upload"));
        await().until(() -> desk.page().evaluate(KEPT).equals(0));
        WebPerson other = browser.open(chatd, Device.DESK).logIn(ben).open(ann.name());
        assertThat(other.page().locator(".messages a.file .file-name"))
                .hasText(new String[] {"large.bin", "small.bin"});
        assertThat(saved(other.page(), row(other, "large.bin"))).isEqualTo(content);
        desk.complaints().clear();
    }

    @Test
    void elsewhereThePageAsksBeforeAnUploadIsLostWithIt() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).find(ben.name());
        throttle(desk);
        choose(desk, file("large.bin", "", FileTestBase.noise(3 << 20)));
        WebPerson.awaitVisible(desk.page().getByText("Keep this page open until they are sent."));
        desk.page().locator("dialog .strong").click();
        awaitUnderWay(desk);
        List<String> questions = reload(desk);
        assertThat(questions).containsExactly("beforeunload");
        desk.open(ben.name());
        desk.expectAbsent(desk.page().locator(".upload"));
        assertThat(desk.page().evaluate(KEPT)).isEqualTo(0);
        desk.complaints().clear();
    }

    @Test
    void hostileNamesAndContentsRunNothing() throws IOException {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).find(ben.name());
        String script = "<script>top.hacked = 1; document.title = 'hacked'</script>";
        byte[] svg = Wire.utf8("<svg xmlns='http://www.w3.org/2000/svg' onload='top.hacked=1'>" + script + "</svg>");
        Map<String, byte[]> hostile = Map.of(
                "a<img src=x onerror=hacked=1>.html", Wire.utf8(script),
                "drawing.svg", svg,
                "GIF89a.html", Wire.utf8("GIF89a/*" + script + "*/"),
                "page.html.png", Wire.join(Pictures.encoded("png"), Wire.utf8(script)),
                "%3Cscript%3E&quot; onload=hacked=1.pdf", Wire.utf8("%PDF-1.7 /OpenAction << /JS (hacked) >>"));
        send(
                desk,
                hostile.entrySet().stream()
                        .map(one -> file(one.getKey(), "text/html", one.getValue()))
                        .toArray(FilePayload[]::new));
        assertThat(desk.page().locator("a.file, .picture")).hasCount(5, PATIENT);
        // A name that would show itself turned around is refused.
        send(desk, file("invoice\u202Efdp.exe", "", FileTestBase.noise(30 << 20)));
        assertThat(desk.page().locator(".upload.refused")).hasCount(1, PATIENT);
        desk.page().locator(".upload").getByText("Delete").click();
        WebPerson.awaitGone(desk.page().locator(".upload"));
        // The browser itself says in its console that a request was refused.
        assertThat(desk.complaints()).hasSize(1).allMatch(complaint -> complaint.contains("status of 400"));
        desk.complaints().clear();
        WebPerson other = browser.open(chatd, Device.DESK).logIn(ben).open(ann.name());
        assertThat(other.page().locator("a.file, .picture")).hasCount(5, PATIENT);
        assertThat(saved(other.page(), row(other, "drawing.svg"))).isEqualTo(svg);
        // Opened by its address, it is saved, and runs nothing.
        String address = row(other, "drawing.svg").getAttribute("href");
        other.page().waitForDownload(() -> other.page().evaluate("address => void open(address)", address));
        // Nor would any of the others, opened by its address: it is saved.
        for (String name : hostile.keySet()) {
            if (!name.endsWith(".png")) {
                String file = row(other, name).getAttribute("href");
                assertThat(other.page()
                                .evaluate("async file => (await fetch(file)).headers.get('content-disposition')", file))
                        .asString()
                        .startsWith("attachment");
            }
        }
        assertThat(other.page().evaluate("() => 'hacked' in window")).isEqualTo(false);
    }

    @Test
    void aPhotoIsOfferedSmallerAndWhatIsTooLargeIsNotSent() {
        Chatd.Person ann = chatd.person();
        Chatd.Person ben = chatd.person();
        WebPerson desk = browser.open(chatd, Device.DESK).logIn(ann).find(ben.name());
        byte[] photo = png(3600, 2400);
        assertThat(photo.length).isGreaterThan(2 << 20);
        choose(desk, file("photo.png", "image/png", photo), file("empty.txt", "text/plain", new byte[0]));
        WebPerson.awaitVisible(desk.page().getByText("This file is empty."));
        WebPerson.awaitVisible(desk.page().getByText("Send photos in their original size"));
        AppearanceCheck.check(desk, "choosing-files");
        desk.page().locator("dialog .strong").click();
        awaitLoaded(desk, picture(desk, "photo.jpg"));
        assertThat(picture(desk, "photo.jpg").locator("img")).hasAttribute("width", "2560");
        choose(desk, file("photo.png", "image/png", photo));
        desk.page().getByText("Send photos in their original size").click();
        desk.page().locator("dialog .strong").click();
        awaitLoaded(desk, picture(desk, "photo.png"));
        assertThat(picture(desk, "photo.png").locator("img")).hasAttribute("width", "3600");
    }
}
