"""The other side of the ratios: the lesson's notebook, as PyTorch's tutorials write a training loop."""

from __future__ import annotations

import torch
from torch import Tensor, nn, optim
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

from trainer.config import Data
from trainer.data.loading import TrainingData, load_whole

Loader = DataLoader[tuple[Tensor, Tensor]]


def mnist() -> TrainingData:
    """MNIST as the engine has it."""
    return load_whole(Data(validation="test"))


class MNIST(datasets.MNIST):  # type: ignore[misc]
    """The lesson's dataset over bytes in memory instead of a download; torchvision's own code fetches each example."""

    def __init__(self, inputs: Tensor, labels: Tensor) -> None:
        self.data = inputs.squeeze(1).add(1).mul(127.5).round().to(torch.uint8)  # undoes the normalization
        self.targets, self.target_transform = labels, None
        self.transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5,), (0.5,))])


class Model(nn.Module):
    """784-256-10 with dropout."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.fc1 = nn.Linear(28 * 28, 256)
        self.drop = nn.Dropout(p=dropout)
        self.fc2 = nn.Linear(256, 10)

    def forward(self, x: Tensor) -> Tensor:
        """Logits."""
        x = torch.relu(self.fc1(x.view(-1, 28 * 28)))
        logits: Tensor = self.fc2(self.drop(x))
        return logits


class Notebook:
    """The notebook's two loops over its own data, model and optimizer."""

    def __init__(self, examples: int) -> None:
        self.device = torch.device("cpu")
        self.model = Model(0.5).to(self.device)
        self.optimizer = optim.SGD(self.model.parameters(), lr=0.01, weight_decay=1e-4)
        self.criterion = nn.CrossEntropyLoss()
        data = mnist()
        train = MNIST(data.inputs[:examples], data.labels[:examples])
        self.train_loader: Loader = DataLoader(train, batch_size=64, shuffle=True)
        self.test_loader: Loader = DataLoader(MNIST(data.test_inputs, data.test_labels), batch_size=1000, shuffle=True)

    def train(self) -> float:
        """One epoch; correct answers per batch."""
        self.model.train()
        total_loss = correct = 0.0
        for xb, yb in self.train_loader:
            xb, yb = xb.to(self.device), yb.to(self.device)
            self.optimizer.zero_grad()
            logits = self.model(xb)
            loss = self.criterion(logits, yb)
            loss.backward()
            self.optimizer.step()
            total_loss += loss.item()
            correct += (logits.argmax(1) == yb).sum().item()
        return correct / len(self.train_loader)

    def evaluate(self) -> float:
        """Accuracy on 10,000 test examples."""
        self.model.eval()
        correct = 0.0
        with torch.no_grad():
            for xb, yb in self.test_loader:
                xb, yb = xb.to(self.device), yb.to(self.device)
                correct += (self.model(xb).argmax(1) == yb).sum().item()
        return correct / 10_000
