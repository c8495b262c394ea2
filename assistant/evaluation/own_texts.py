"""The index of a set that brings its own texts: a data folder inside the data folder.

Made once and kept while the texts stay the same; the corpus is not touched.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from assistant.build import Workspace
from assistant.config import Settings
from assistant.indexing import Progress
from assistant.schema import Document


def texts_id(documents: Sequence[Document]) -> str | None:
    """Sixteen hex digits over the texts, None for none: a run keeps them to find its index again."""
    if not documents:
        return None
    joined = "".join(document.content_hash for document in documents)
    return hashlib.sha256(joined.encode()).hexdigest()[:16]


def own_texts_settings(settings: Settings, own_texts: str) -> Settings:
    """Settings over the folder of these texts; the embedding model is shared, not copied."""
    folder = settings.data_folder / "evaluation-texts" / own_texts
    folder.mkdir(parents=True, exist_ok=True)
    models = folder / "models"
    settings.models_folder.mkdir(exist_ok=True)
    if not models.exists():
        try:
            models.symlink_to(settings.models_folder.resolve(), target_is_directory=True)
        except OSError:
            pass  # Windows without the right to link: the model is then converted once more.
    return settings.model_copy(update={"data_folder": folder})


def index_own_texts(
    settings: Settings, documents: Sequence[Document], progress: Progress | None = None
) -> Settings:
    """Settings over an index that holds exactly these texts."""
    own = own_texts_settings(settings, texts_id(documents) or "")
    Workspace(own).indexer().synchronize(documents, progress)
    return own
