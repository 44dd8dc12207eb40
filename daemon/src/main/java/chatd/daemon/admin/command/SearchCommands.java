package chatd.daemon.admin.command;

import chatd.admin.api.SearchCalls;
import chatd.daemon.admin.AdminCommand;
import chatd.daemon.admin.Role;
import chatd.daemon.health.Running;
import chatd.daemon.search.Indexer;
import java.util.List;

/**
 * Implements {@code chat-admin search}. There is no command that searches, so that administrators
 * can't read messages with it.
 */
public record SearchCommands(Running running) {
    public List<AdminCommand<?, ?, ?>> all() {
        return List.of(
                AdminCommand.readOnly(SearchCalls.STATUS, Role.administrators(), (request, by, out) -> status()),
                AdminCommand.of(SearchCalls.REBUILD, Role.administrators(), (request, by, out) -> {
                    indexer().rebuild();
                    return status();
                }),
                AdminCommand.of(SearchCalls.PURGE, Role.administrators(), (request, by, out) -> {
                    indexer().purge();
                    return status();
                }));
    }

    private Indexer indexer() {
        return running.services().search().indexer();
    }

    private SearchCalls.Status status() {
        Indexer.Status status = indexer().status();
        return new SearchCalls.Status(
                status.state(),
                status.messages(),
                status.upTo(),
                status.newest(),
                status.bytes(),
                indexer().directory().toAbsolutePath().toString());
    }
}
