"""The preview page: contents and outcomes to one self-contained HTML document. Pure."""
