package chatd.acceptance.direct;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.client.TerminalTestBase;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.Terminal;
import chatd.fixtures.Campaign;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Direct sessions in the terminal client, as people type them and see them, each from a home
 * network of its own.
 */
@Tag("homes")
class TerminalDirectIT extends TerminalTestBase {
    private final Chatd.Person ben;
    private final List<HomeNetworks> homes = new ArrayList<>();

    TerminalDirectIT(Chatd chatd) {
        super(chatd);
        this.ben = chatd.person();
    }

    @BeforeAll
    static void assumePossible(TestInfo tests) {
        HomeNetworks.assumePossible(tests);
    }

    @AfterEach
    void leaveHomes() {
        homes.forEach(HomeNetworks::close);
    }

    /** @param mtu of the homes' links to the rest of the world, in bytes */
    private HomeNetworks homes(int mtu) {
        HomeNetworks one = new HomeNetworks(mtu);
        homes.add(one);
        return one;
    }

    private Terminal at(HomeNetworks homes, HomeNetworks.Kind kind, Chatd.Person person) {
        return clients.commandPrefix(homes.add(kind)).logIn(person);
    }

    /** Makes two people friends, so that they may call each other. */
    private void befriend(Terminal one, Chatd.Person whom, Terminal other, Chatd.Person who) {
        one.enter("/friend " + whom.name());
        other.shows(who.name() + " asks to be your friend").enter("/friend " + who.name());
        one.shows(whom.name() + " is your friend now");
    }

    @Test
    void aCallEndsEvenIfTheCallerIsRenamedMeanwhile() {
        HomeNetworks homes = homes(1_500);
        Terminal a = at(homes, HomeNetworks.Kind.IPV6, ann);
        Terminal b = at(homes, HomeNetworks.Kind.IPV6, ben);
        befriend(a, ben, b, ann);
        a.enter("/direct " + ben.name());
        b.shows(ann.name() + " asks for a direct session");
        String other = Chatd.newName();
        a.enter("/name " + other).shows("is now called " + other + ".");
        b.enter("n").shows("You have declined.");
        a.shows(ben.name() + " declines.");
        a.enter("/direct").shows("You are in no direct session");
    }

    @Test
    void twoTalkAndOneAsksToEnd() {
        HomeNetworks homes = homes(1_500);
        Terminal a = at(homes, HomeNetworks.Kind.IPV6, ann);
        Terminal b = at(homes, HomeNetworks.Kind.IPV6, ben);
        befriend(a, ben, b, ann);
        a.enter("/direct " + ben.name()).shows("Calling " + ben.name());
        b.shows(ann.name() + " asks for a direct session").enter("y");
        a.shows("Connected to " + ben.name() + " directly").prompts("(direct: " + ben.name() + ")>");
        b.shows("Connected to " + ann.name() + " directly").prompts("(direct: " + ann.name() + ")>");
        a.enter("你好 from here").showsLine(ann.name() + " → \\(direct\\): 你好 from here$");
        b.showsLine(ann.name() + " → \\(direct\\): 你好 from here$");
        a.enter("/file plan.pdf").shows("/send PATH sends files directly.");
        b.enter("/re from there, too");
        a.showsLine(ben.name() + " → \\(direct\\): \\(to “你好 from here”\\) from there, too$")
                .enter("/re good");
        b.showsLine(": \\(to “from there, too”\\) good$");
        b.enter("END").shows("Asked " + ann.name() + " to end");
        a.shows(ben.name() + " wants to end the direct session").enter("n").shows("The direct session continues.");
        b.shows(ann.name() + " wants to continue.").enter("END");
        a.shows("wants to end the direct session").enter("y").shows("The direct session is closed.");
        b.shows("agrees. The direct session is closed.").prompts("(nobody)>");
        a.prompts("(nobody)>");
    }

    /** Calls and accepts; returns both, in that order. */
    private List<Terminal> called(HomeNetworks homes, HomeNetworks.Kind one, HomeNetworks.Kind other) {
        Terminal a = at(homes, one, ann);
        Terminal b = at(homes, other, ben);
        befriend(a, ben, b, ann);
        a.enter("/direct " + ben.name());
        b.shows("asks for a direct session").enter("y");
        return List.of(a, b);
    }

    @ParameterizedTest
    @CsvSource({
        "IPV6, IPV6, 1500",
        "IPV6, IPV6, 1280",
        "NAT66, IPV6, 1500",
        "NAT66, NAT66, 1280",
        "NAT44, IPV4, 1500",
        "IPV4, NAT44, 1280",
        "NAT44, NAT44, 1500",
        "NAT44, NAT44, 1280"
    })
    void aPathIsFoundThroughFirewallsAndAddressTranslation(HomeNetworks.Kind one, HomeNetworks.Kind other, int mtu) {
        List<Terminal> both = called(homes(mtu), one, other);
        both.getFirst().shows("Connected to " + ben.name() + " directly");
        both.getLast().shows("Connected to " + ann.name() + " directly");
        both.getFirst().enter("x".repeat(3_000));
        both.getLast().shows("xxx").enter("seen");
        both.getFirst().showsLine(": seen$").enter("/end").shows("The direct session is closed.");
        both.getLast().shows(ann.name() + " has closed the direct session.");
    }

    @ParameterizedTest
    @CsvSource({
        "NAT44_RANDOM, NAT44_RANDOM, probably",
        "NO_UDP, IPV6, blocks outgoing UDP",
        "IPV6, IPV4, no kind of address in common"
    })
    void aMissingPathIsReportedPlainly(HomeNetworks.Kind one, HomeNetworks.Kind other, String why) {
        List<Terminal> both = called(homes(1_500), one, other);
        both.getFirst().shows("No direct connection to " + ben.name() + " could be made within 10 s.");
        assertThat(both.getFirst().all().replaceAll("\\s+", " "))
                .contains(why, "/msg " + ben.name() + " TEXT goes through the server");
        both.getLast().shows("No direct connection to " + ann.name() + " could be made within 10 s.");
        both.getFirst().enter("/msg " + ben.name() + " by the server");
        both.getLast().showsLine(": by the server$");
    }

    @Test
    void threeTalkAsAGroup() {
        Chatd.Person cid = chatd.person();
        HomeNetworks homes = homes(1_500);
        Terminal a = at(homes, HomeNetworks.Kind.IPV6, ann);
        Terminal b = at(homes, HomeNetworks.Kind.NAT66, ben);
        Terminal c = at(homes, HomeNetworks.Kind.IPV6, cid);
        befriend(a, ben, b, ann);
        befriend(a, cid, c, ann);
        a.enter("/direct " + ben.name() + "," + cid.name());
        b.shows("asks for a direct session with " + cid.name()).enter("y").shows("Connected to " + ann.name());
        c.shows("asks for a direct session with " + ben.name()).enter("y").shows("Connected to " + ann.name());
        b.shows("Connected to " + cid.name());
        c.shows("Connected to " + ben.name());
        a.shows("Connected to " + cid.name());
        a.enter("hello both");
        b.showsLine(ann.name() + " → \\(direct\\): hello both$").enter("from ben");
        a.showsLine(ben.name() + " → \\(direct\\): from ben$");
        c.showsLine(": hello both$").showsLine(": from ben$").enter("END").shows("You have left the direct session.");
        a.shows(cid.name() + " has left the direct session.");
        b.shows(cid.name() + " has left the direct session.").enter("two left");
        a.showsLine(": two left$").enter("/quit");
        b.shows(ann.name() + " has left the direct session.").prompts("(nobody)>");
    }

    @Test
    void fivePeopleFormAMesh() {
        HomeNetworks homes = homes(1_500);
        List<Chatd.Person> people = Stream.concat(Stream.of(ann, ben), Stream.generate(chatd::person))
                .limit(5)
                .toList();
        List<Terminal> terminals = new ArrayList<>();
        for (int i = 0; i < people.size(); i++) {
            terminals.add(at(homes, i % 2 == 0 ? HomeNetworks.Kind.IPV6 : HomeNetworks.Kind.NAT66, people.get(i)));
        }
        Terminal first = terminals.getFirst();
        for (int i = 1; i < people.size(); i++) {
            befriend(first, people.get(i), terminals.get(i), ann);
        }
        first.enter("/direct " + people.stream().skip(1).map(Chatd.Person::name).collect(Collectors.joining(",")));
        for (Terminal called : terminals.subList(1, 5)) {
            called.shows("y agrees, n declines.").enter("y");
        }
        for (int i = 0; i < 5; i++) {
            for (int other = 0; other < 5; other++) {
                if (other != i) {
                    terminals.get(i).shows("Connected to " + people.get(other).name());
                }
            }
        }
        for (int i = 0; i < 5; i++) {
            terminals.get(i).enter("hello from " + i);
        }
        for (Terminal terminal : terminals) {
            for (int i = 0; i < 5; i++) {
                terminal.showsLine(people.get(i).name() + " → \\(direct\\): hello from " + i + "$");
            }
        }
    }

    @Test
    void anInterruptedFileIsResumedInALaterSession(@TempDir Path sent, @TempDir Path received) throws IOException {
        byte[] bytes = new byte[64 << 20];
        Campaign.random().nextBytes(bytes);
        Path plan = Files.write(sent.resolve("plan 计划.bin"), bytes);
        HomeNetworks homes = homes(1_500);
        Terminal a = at(homes, HomeNetworks.Kind.IPV6, ann);
        List<String> home = homes.add(HomeNetworks.Kind.IPV6);
        String[] downloads = {"--downloads", received.toString()};
        Terminal b = clients.commandPrefix(home).logIn(ben, downloads);
        befriend(a, ben, b, ann);
        a.enter("/send " + plan).shows("You are in no direct session");
        a.enter("/direct " + ben.name());
        b.shows("asks for a direct session").enter("y");
        a.prompts("(direct: " + ben.name() + ")>").enter("/send " + plan);
        b.shows("wants to send you plan 计划.bin (64 MiB). y accepts, n declines.")
                .enter("n");
        b.shows("You have declined plan 计划.bin.");
        // Slow enough to be interrupted.
        homes.limit(1, 8);
        a.shows(ben.name() + " declines plan 计划.bin.").enter("/send " + plan);
        b.shows("y accepts").enter("y").shows("Receiving plan 计划.bin (64 MiB) from " + ann.name());
        await().until(() -> ClientDirectScriptIT.receivedBytes(received) > 1 << 20);
        a.enter("/cancel").shows("Cancelled; what has arrived is kept").prompts("(direct: " + ben.name() + ")>");
        b.shows("plan 计划.bin was not received: The connection was interrupted");
        clients.close(b);
        assertThat(ClientDirectScriptIT.receivedBytes(received)).isBetween(1L << 20, (64L << 20) - 1);
        Terminal again = clients.commandPrefix(home)
                .start(ben.name(), chatd.port(), "--ca", chatd.ca().toString(), "--downloads", received.toString());
        again.prompts("Password of " + ben.name() + ":").enter(ben.password());
        again.shows("Welcome, " + ben.name());
        a.enter("/end").prompts("(nobody)>").enter("/direct " + ben.name());
        again.shows("asks for a direct session").enter("y");
        a.prompts("(direct: " + ben.name() + ")>").enter("/send " + plan);
        again.shows("y accepts").enter("y").shows("Saved as");
        a.shows(ben.name() + " has plan 计划.bin (64 MiB");
        assertThat(Files.mismatch(plan, received.resolve("plan 计划.bin"))).isEqualTo(-1);
    }

    @Test
    void callsCanBeDeclinedAndGivenUp() {
        HomeNetworks homes = homes(1_500);
        Terminal a = at(homes, HomeNetworks.Kind.IPV6, ann);
        Terminal b = at(homes, HomeNetworks.Kind.IPV6, ben);
        a.enter("/direct " + ben.name()).shows("takes calls from friends only");
        a.enter("/direct nobody-at-all")
                .shows("There is no user called nobody-at-all")
                .shows("Nobody was called.");
        a.enter("/end").shows("You are in no direct session");
        befriend(a, ben, b, ann);
        a.enter("/direct " + ben.name());
        b.shows("asks for a direct session").enter("n").shows("You have declined.");
        a.shows(ben.name() + " declines.").enter("/direct " + ben.name());
        b.shows("asks for a direct session");
        a.shows("Calling").enter("/end").shows("The call was cancelled.");
        b.shows(ann.name() + " has cancelled the call.").enter("y").shows("To whom?");
    }
}
