"""A pass-through file system in which the operations that a file lists fail: a disk with faults.

faulty.py BEHIND MOUNT FAULTS: shows the directory BEHIND at MOUNT, until it is unmounted. The file FAULTS, if it
exists, lists the faults. `write`, `fsync`: the operation fails with EIO. Bytes written before a failed fsync are not on
the disk, and no later fsync brings them there, as with a real kernel, unless they are written again: they can be read
until the file system is unmounted; with `forget` as well, not even until then. `fsyncdir`: the fsync of a directory in
which a segment has begun fails with EIO.
"""

import errno
import os
import sys

from fusepy import FUSE, FuseOSError, Operations


class Faulty(Operations):
    def __init__(self, behind, faults):
        self.behind = behind
        self.faults = faults
        # By inode, the first offset written since the last fsync.
        self.unforced = {}
        # By inode, an open file and the range of it that is not on the disk.
        self.lost = {}
        self.begun = False

    def at(self, path):
        return self.behind + path

    def fails(self, call):
        try:
            with open(self.faults) as faults:
                return call in faults.read().split()
        except FileNotFoundError:
            return False

    def getattr(self, path, fh=None):
        found = os.lstat(self.at(path))
        names = ("st_mode", "st_nlink", "st_uid", "st_gid", "st_size", "st_ino")
        return {name: getattr(found, name) for name in names} | {
            "st_atime": found.st_atime, "st_mtime": found.st_mtime, "st_ctime": found.st_ctime}

    def readdir(self, path, fh):
        return [".", ".."] + os.listdir(self.at(path))

    def statfs(self, path):
        found = os.statvfs(self.at(path))
        names = ("f_bsize", "f_frsize", "f_blocks", "f_bfree", "f_bavail", "f_files", "f_ffree", "f_favail", "f_namemax")
        return {name: getattr(found, name) for name in names}

    def open(self, path, flags):
        return os.open(self.at(path), flags)

    def create(self, path, mode, fi=None):
        return os.open(self.at(path), os.O_RDWR | os.O_CREAT, mode)

    def read(self, path, size, offset, fh):
        return os.pread(fh, size, offset)

    def write(self, path, data, offset, fh):
        if self.fails("write"):
            raise FuseOSError(errno.EIO)
        inode, end = os.fstat(fh).st_ino, offset + len(data)
        self.unforced[inode] = min(offset, self.unforced.get(inode, offset))
        if inode in self.lost:
            file, first, last = self.lost[inode]
            self.lost[inode] = (file, end if offset <= first < end else first, last)
        return os.pwrite(fh, data, offset)

    def fsync(self, path, datasync, fh):
        inode = os.fstat(fh).st_ino
        first = self.unforced.pop(inode, None)
        if not self.fails("fsync"):
            os.fsync(fh)
            return
        if first is not None:
            file, before, _ = self.lost.get(inode) or (os.open("/proc/self/fd/%d" % fh, os.O_RDWR), first, first)
            self.lost[inode] = (file, min(first, before), os.fstat(fh).st_size)
        if self.fails("forget"):
            self.forget()
        raise FuseOSError(errno.EIO)

    def fsyncdir(self, path, datasync, fh):
        if self.begun and self.fails("fsyncdir"):
            raise FuseOSError(errno.EIO)
        self.begun = False

    def forget(self):
        for file, first, last in self.lost.values():
            os.pwrite(file, bytes(max(min(last, os.fstat(file).st_size) - first, 0)), first)

    def destroy(self, path):
        self.forget()

    def truncate(self, path, length, fh=None):
        os.truncate(self.at(path), length)

    def release(self, path, fh):
        os.close(fh)

    def rename(self, old, new):
        os.rename(self.at(old), self.at(new))
        self.begun = self.begun or new == "/audit.part"

    def link(self, target, source):
        os.link(self.at(source), self.at(target))

    def unlink(self, path):
        os.unlink(self.at(path))

    def mkdir(self, path, mode):
        os.mkdir(self.at(path), mode)

    def chmod(self, path, mode):
        os.chmod(self.at(path), mode)

    def chown(self, path, uid, gid):
        os.chown(self.at(path), uid, gid)

    def utimens(self, path, times=None):
        os.utime(self.at(path), times)


if __name__ == "__main__":
    behind, mount, faults = sys.argv[1:]
    # The kernel caches nothing: reads return what is in BEHIND.
    FUSE(Faulty(behind, faults), mount, foreground=True, nothreads=True, use_ino=True, direct_io=True,
         attr_timeout=0, entry_timeout=0)
