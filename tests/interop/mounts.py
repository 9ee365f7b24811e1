"""File systems of our own, seen by this process and its children alone, and gone with them."""
import ctypes
import os

from namespaces import Unavailable

CLONE_NEWNS = 0x20000
MS_RDONLY, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 32, 4096, 16384, 1 << 18
libc = ctypes.CDLL(None, use_errno=True)


def check(what, result):
    if result:
        raise Unavailable(f"{what}: {os.strerror(ctypes.get_errno())}")


def enter_mount_namespace():
    check("unshare", libc.unshare(CLONE_NEWNS))
    mount(None, "/", None, MS_REC | MS_PRIVATE)


def mount(source, target, kind, flags=0, data=None):
    arguments = [text.encode() if text else None for text in (source, target, kind)]
    check(f"mount {target}", libc.mount(*arguments, flags, data.encode() if data else None))


def mount_tmpfs(folder, size):
    mount("tmpfs", folder, "tmpfs", data=f"size={size}")


def mount_read_only(folder):
    mount(folder, folder, None, MS_BIND)
    mount(folder, folder, None, MS_BIND | MS_REMOUNT | MS_RDONLY)


def unmount(folder):
    check(f"umount {folder}", libc.umount2(folder.encode(), 0))
