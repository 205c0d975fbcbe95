"""The commands of `crmdesk-server`: what an administrator types, each a thin layer over the server's services."""
