"""The web pages."""
import graphsvc.web.pages._until  # noqa
