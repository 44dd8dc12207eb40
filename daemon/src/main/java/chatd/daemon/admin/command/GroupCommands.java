package chatd.daemon.admin.command;

import chatd.admin.api.AdminCall.Nothing;
import chatd.admin.api.GroupCalls;
import chatd.daemon.admin.AdminCommand;
import chatd.daemon.admin.Role;
import chatd.daemon.directory.Directory;
import chatd.daemon.directory.GroupDirectory;
import chatd.daemon.directory.Members;
import chatd.daemon.health.Running;
import chatd.daemon.model.account.Account;
import chatd.daemon.model.group.Group;
import java.util.ArrayList;
import java.util.List;

/** Implements {@code chat-admin group}. */
public record GroupCommands(Running running) {

    public List<AdminCommand<?, ?, ?>> all() {
        return List.of(
                AdminCommand.of(
                        GroupCalls.LIST, Role.administratorsAnd(Role.MODERATOR, Role.AUDITOR), (request, by, out) -> {
                            out.write(
                                    groups().all(),
                                    some -> new GroupCalls.Groups(
                                            some.stream().map(this::shown).toList()));
                            return Nothing.NOTHING;
                        }),
                AdminCommand.of(
                        GroupCalls.SHOW,
                        Role.administratorsAnd(Role.MODERATOR, Role.AUDITOR),
                        (request, by, out) -> {
                            Group group = groups().find(request.group()).orElseThrow(GroupDirectory::noSuchGroup);
                            out.write(members(group.number()), GroupCalls.Members::new);
                            return shown(group);
                        },
                        "group"),
                AdminCommand.of(
                        GroupCalls.CLOSE,
                        Role.administratorsAnd(Role.MODERATOR),
                        (request, by, out) -> {
                            running.services().groups().administration().close(request.group());
                            return shown(groups().find(request.group()).orElseThrow());
                        },
                        "group"),
                AdminCommand.of(
                        GroupCalls.REMOVE_PICTURE,
                        Role.administratorsAnd(Role.MODERATOR),
                        (request, by, out) -> {
                            running.services().groups().administration().removeAvatar(request.group());
                            return shown(groups().find(request.group()).orElseThrow());
                        },
                        "group"),
                AdminCommand.of(
                        GroupCalls.SET,
                        Role.administrators(),
                        (request, by, out) -> {
                            running.services().groups().administration().keepFor(request.group(), request.retention());
                            return shown(groups().find(request.group()).orElseThrow());
                        },
                        "group",
                        "retention"),
                AdminCommand.of(
                        GroupCalls.OWNER,
                        Role.administrators(),
                        (request, by, out) -> {
                            Account owner = running.services().administration().find(request.name());
                            running.services().groups().administration().makeOwner(request.group(), owner.number());
                            return shown(groups().find(request.group()).orElseThrow());
                        },
                        "group",
                        "name"),
                AdminCommand.of(
                        GroupCalls.ADD,
                        Role.administrators(),
                        (request, by, out) -> {
                            List<Long> accounts = request.names().stream()
                                    .map(name -> running.services()
                                            .administration()
                                            .find(name)
                                            .number())
                                    .toList();
                            running.services().groups().administration().add(request.group(), accounts);
                            return shown(groups().find(request.group()).orElseThrow());
                        },
                        "group",
                        "names"),
                AdminCommand.of(
                        GroupCalls.REMOVE,
                        Role.administratorsAnd(Role.MODERATOR),
                        (request, by, out) -> {
                            Account account =
                                    running.services().administration().find(request.name());
                            running.services().groups().administration().remove(request.group(), account.number());
                            return shown(groups().find(request.group()).orElseThrow());
                        },
                        "group",
                        "name"));
    }

    private Directory directory() {
        return running.services().directory();
    }

    private GroupDirectory groups() {
        return directory().groups();
    }

    private GroupCalls.Group shown(Group group) {
        return shown(group, directory());
    }

    /** Returns the facts of a group that commands show. */
    static GroupCalls.Group shown(Group group, Directory directory) {
        Members members = directory.groups().members(group.number());
        return new GroupCalls.Group(
                group.number(),
                group.name(),
                group.topic(),
                group.wholeHistory() ? "all" : "joined",
                group.open(),
                group.closed(),
                members.size(),
                members.owners().anyMatch(owner -> directory.require(owner).state() == Account.State.ACTIVE),
                group.retention());
    }

    private List<GroupCalls.Member> members(long group) {
        List<GroupCalls.Member> all = new ArrayList<>();
        groups().members(group)
                .above(0, Integer.MAX_VALUE)
                .forEach((account, member) -> all.add(new GroupCalls.Member(
                        directory().nameOf(account), account, member.role().word())));
        return all;
    }
}
