"""Mistakes in the three-layer ConvNet, as a function, a Module or a Sequential."""

from __future__ import annotations

from dataclasses import dataclass

from reference.misconceptions.texts import Misconception
from reference.network import Network

_PART_2 = "Notebook, Part II, Question 1"
_CONVOLUTION = "CS231n notes, Convolutional Networks: the convolutional layer"
_PADDING = "CS231n notes, Convolutional Networks: spatial arrangement and zero-padding"
_ACTIVATION = "CS231n notes, Neural Networks Part 1: commonly used activation functions"
_SOFTMAX = "CS231n notes, Linear Classification: softmax classifier"
_FLATTEN = "Notebook, Part II: the flatten function"
_BACKWARD = "CS231n notes, Backpropagation; PyTorch documentation, Autograd mechanics"


@dataclass(frozen=True)
class NetworkMistake(Misconception):
    """A mistake that computes a variant of the network."""

    network: Network


NETWORKS: tuple[NetworkMistake, ...] = (
    # --- activations ------------------------------------------------------------------------------
    NetworkMistake(
        id="relu_1_missing",
        title="no ReLU after the first convolution",
        hint="Look at what happens between the two convolutions: is anything set to zero there?",
        explanation="The first convolution feeds the second one directly. Two linear layers in a "
        "row are one linear layer, so the network loses a stage.",
        course=_ACTIVATION,
        network=Network(activation_1="none"),
    ),
    NetworkMistake(
        id="relu_2_missing",
        title="no ReLU after the second convolution",
        hint="Compare what follows each of the two convolutions: the homework asks for the same "
        "after both.",
        explanation="The second convolution's maps reach the fully connected layer as they are, "
        "negative values included.",
        course=_ACTIVATION,
        network=Network(activation_2="none"),
    ),
    NetworkMistake(
        id="relus_missing",
        title="no ReLU at all",
        hint="Without something between the layers that is not linear, three layers can do no "
        "more than one. What does the homework put there?",
        explanation="All three layers are chained without activation: the network is linear.",
        course=_ACTIVATION,
        network=Network(activation_1="none", activation_2="none"),
    ),
    NetworkMistake(
        id="relus_before_convolutions",
        title="a ReLU in front of each convolution instead of behind it",
        hint="Check the order of each convolution and its ReLU: which of the two sees the image "
        "first?",
        explanation="ReLU is applied to the images and to the first convolution's maps, and none "
        "to the second one's. Half of every normalised image is lost.",
        course=_PART_2,
        network=Network(activates="before"),
    ),
    NetworkMistake(
        id="leaky_relus",
        title="leaky ReLUs in place of ReLUs",
        hint="Your activations let a little of every negative value through. What does the "
        "homework ask for?",
        explanation="F.leaky_relu or nn.LeakyReLU with its default slope of 0.01.",
        course=_ACTIVATION,
        network=Network(activation_1="leaky_relu", activation_2="leaky_relu"),
    ),
    NetworkMistake(
        id="sigmoid_activations",
        title="sigmoids in place of ReLUs",
        hint="Your activations squeeze everything between 0 and 1. What does the homework ask for?",
        explanation="Sigmoid activations after both convolutions, the textbook's older choice.",
        course=_ACTIVATION,
        network=Network(activation_1="sigmoid", activation_2="sigmoid"),
    ),
    NetworkMistake(
        id="tanh_activations",
        title="tanh in place of ReLUs",
        hint="Your activations squeeze everything between -1 and 1. What does the homework ask "
        "for?",
        explanation="Tanh activations after both convolutions.",
        course=_ACTIVATION,
        network=Network(activation_1="tanh", activation_2="tanh"),
    ),
    # --- what is done with the scores -------------------------------------------------------------
    NetworkMistake(
        id="relu_on_scores",
        title="a ReLU on the scores",
        hint="A score may be negative. What, if anything, should follow the last layer?",
        explanation="A third ReLU follows the fully connected layer. Classes with negative scores "
        "get no gradient.",
        course=_SOFTMAX,
        network=Network(scores="relu"),
    ),
    NetworkMistake(
        id="sigmoid_on_scores",
        title="a sigmoid on the scores",
        hint="The homework asks for scores, not for probabilities. What does the loss function "
        "expect?",
        explanation="The scores are squeezed between 0 and 1, and the loss applies a softmax to "
        "them once more.",
        course=_SOFTMAX,
        network=Network(scores="sigmoid"),
    ),
    NetworkMistake(
        id="softmax_on_scores",
        title="a softmax on the scores",
        hint="Read what F.cross_entropy does to what it is given: the same must not be done twice.",
        explanation="The network returns probabilities. F.cross_entropy applies a log-softmax "
        "itself, so training sees a softmax of a softmax, and learns slowly.",
        course=_SOFTMAX,
        network=Network(scores="softmax"),
    ),
    NetworkMistake(
        id="log_softmax_on_scores",
        title="a log-softmax on the scores",
        hint="Read what F.cross_entropy does to what it is given: what you add at the end is a "
        "part of it.",
        explanation="The network returns log-probabilities. Training is not harmed, since a "
        "log-softmax changes nothing the second time, but these are not the scores.",
        course=_SOFTMAX,
        network=Network(scores="log_softmax"),
    ),
    NetworkMistake(
        id="softmax_over_images",
        title="a softmax over the images of the batch",
        hint="What one image gets must not depend on the others in its batch. Along which axis do "
        "your last numbers sum to 1, and should they at all?",
        explanation="softmax(dim=0): the numbers of each class sum to 1 over the batch. And no "
        "softmax is asked for.",
        course=_SOFTMAX,
        network=Network(scores="softmax_over_images"),
    ),
    NetworkMistake(
        id="log_softmax_over_images",
        title="a log-softmax over the images of the batch",
        hint="What one image gets must not depend on the others in its batch. Along which axis "
        "does your last step go, and is it asked for?",
        explanation="log_softmax(dim=0): each class is normalised over the batch. And no softmax "
        "is asked for.",
        course=_SOFTMAX,
        network=Network(scores="log_softmax_over_images"),
    ),
    # --- padding and stride -----------------------------------------------------------------------
    NetworkMistake(
        id="padding_1_missing",
        title="no padding in the first convolution",
        hint="Work out height and width after the first convolution: they should not change.",
        explanation="A 5x5 convolution without padding takes 4 off height and width; the homework "
        "pads by 2.",
        course=_PADDING,
        network=Network(padding_1=0),
    ),
    NetworkMistake(
        id="padding_2_missing",
        title="no padding in the second convolution",
        hint="Work out height and width after the second convolution: they should not change.",
        explanation="A 3x3 convolution without padding takes 2 off height and width; the homework "
        "pads by 1.",
        course=_PADDING,
        network=Network(padding_2=0),
    ),
    NetworkMistake(
        id="paddings_missing",
        title="no padding in either convolution",
        hint="Work out height and width after each convolution: neither should change them.",
        explanation="Both convolutions run without padding: 4 and 2 are taken off height and "
        "width.",
        course=_PADDING,
        network=Network(padding_1=0, padding_2=0),
    ),
    NetworkMistake(
        id="padding_1_too_small",
        title="a padding of 1 in the first convolution",
        hint="Which padding keeps height and width under a 5x5 filter?",
        explanation="Padding 1 belongs to a 3x3 filter; under 5x5 it takes 2 off height and width.",
        course=_PADDING,
        network=Network(padding_1=1),
    ),
    NetworkMistake(
        id="padding_2_too_large",
        title="a padding of 2 in the second convolution",
        hint="Which padding keeps height and width under a 3x3 filter?",
        explanation="Padding 2 belongs to a 5x5 filter; under 3x3 it adds 2 to height and width.",
        course=_PADDING,
        network=Network(padding_2=2),
    ),
    NetworkMistake(
        id="paddings_swapped",
        title="the paddings of the two convolutions swapped",
        hint="The shapes come out right, but which of the two paddings belongs to which filter?",
        explanation="Padding 1 for 5x5 and 2 for 3x3: the sizes agree in the end, the values "
        "along the border do not.",
        course=_PADDING,
        network=Network(padding_1=1, padding_2=2),
    ),
    NetworkMistake(
        id="stride_1_two",
        title="a stride of 2 in the first convolution",
        hint="How far does the first filter move from one place to the next?",
        explanation="Stride 2 in the first convolution halves height and width.",
        course=_PADDING,
        network=Network(stride_1=2),
    ),
    NetworkMistake(
        id="stride_2_two",
        title="a stride of 2 in the second convolution",
        hint="How far does the second filter move from one place to the next?",
        explanation="Stride 2 in the second convolution halves height and width.",
        course=_PADDING,
        network=Network(stride_2=2),
    ),
    NetworkMistake(
        id="strides_two",
        title="a stride of 2 in both convolutions",
        hint="How far do the filters move from one place to the next?",
        explanation="Stride 2 in both convolutions leaves a quarter of height and width.",
        course=_PADDING,
        network=Network(stride_1=2, stride_2=2),
    ),
    # --- biases -----------------------------------------------------------------------------------
    NetworkMistake(
        id="bias_1_missing",
        title="the first convolution without its bias",
        hint="Six tensors are handed over. Is every one of them used?",
        explanation="conv_b1 is not used (or bias=False).",
        course=_CONVOLUTION,
        network=Network(bias_1=0),
    ),
    NetworkMistake(
        id="bias_2_missing",
        title="the second convolution without its bias",
        hint="Six tensors are handed over. Is every one of them used?",
        explanation="conv_b2 is not used (or bias=False).",
        course=_CONVOLUTION,
        network=Network(bias_2=0),
    ),
    NetworkMistake(
        id="bias_3_missing",
        title="the fully connected layer without its bias",
        hint="Six tensors are handed over. Is every one of them used, the last one included?",
        explanation="fc_b is not added: often x.mm(fc_w) alone.",
        course=_PART_2,
        network=Network(bias_3=0),
    ),
    NetworkMistake(
        id="convolution_biases_missing",
        title="both convolutions without their biases",
        hint="What does F.conv2d take besides the images and the filters?",
        explanation="Neither conv_b1 nor conv_b2 is used.",
        course=_CONVOLUTION,
        network=Network(bias_1=0, bias_2=0),
    ),
    NetworkMistake(
        id="biases_missing",
        title="no bias in any layer",
        hint="Half of the tensors that are handed over are not used. What are they for?",
        explanation="None of the three biases is used.",
        course=_CONVOLUTION,
        network=Network(bias_1=0, bias_2=0, bias_3=0),
    ),
    NetworkMistake(
        id="bias_1_twice",
        title="the first convolution's bias added twice",
        hint="Does F.conv2d already do something that you do again after it?",
        explanation="conv_b1 is given to the convolution and added to its result once more.",
        course=_CONVOLUTION,
        network=Network(bias_1=2),
    ),
    NetworkMistake(
        id="bias_2_twice",
        title="the second convolution's bias added twice",
        hint="Does F.conv2d already do something that you do again after it?",
        explanation="conv_b2 is given to the convolution and added to its result once more.",
        course=_CONVOLUTION,
        network=Network(bias_2=2),
    ),
    NetworkMistake(
        id="bias_3_twice",
        title="the fully connected layer's bias added twice",
        hint="How often does fc_b enter the scores?",
        explanation="fc_b is added twice, as when F.linear is given it and it is added afterwards.",
        course=_PART_2,
        network=Network(bias_3=2),
    ),
    NetworkMistake(
        id="convolution_biases_twice",
        title="both convolutions' biases added twice",
        hint="Does F.conv2d already do something that you do again after it?",
        explanation="conv_b1 and conv_b2 are given to the convolutions and added once more.",
        course=_CONVOLUTION,
        network=Network(bias_1=2, bias_2=2),
    ),
    # --- axes and orders --------------------------------------------------------------------------
    NetworkMistake(
        id="kernels_flipped",
        title="filters that are flipped in rows and columns",
        hint="What deep learning calls convolution does not turn the filter around. Do you?",
        explanation="The mathematician's convolution, which flips the filter, in place of the "
        "cross-correlation that F.conv2d computes.",
        course=_CONVOLUTION,
        network=Network(kernels="flipped"),
    ),
    NetworkMistake(
        id="kernels_turned",
        title="filters whose rows and columns are swapped",
        hint="Which axis of a filter are its rows, and which of the image do they meet?",
        explanation="Height and width of the filters are exchanged, as by a transpose too many.",
        course=_CONVOLUTION,
        network=Network(kernels="rows_and_columns_swapped"),
    ),
    NetworkMistake(
        id="images_turned",
        title="images whose rows and columns are swapped",
        hint="PyTorch's images are (N, C, H, W). Is that the order in which you use them?",
        explanation="Height and width of the images are exchanged before the first convolution.",
        course="Notebook, Part II: tensors of images are (N, C, H, W)",
        network=Network(images="rows_and_columns_swapped"),
    ),
    NetworkMistake(
        id="channels_reversed",
        title="images whose channels are in reversed order",
        hint="In which order do the colours of an image come, and in which do you use them?",
        explanation="BGR for RGB: x.flip(1) or x[:, [2, 1, 0]].",
        course="Notebook, Part II: tensors of images are (N, C, H, W)",
        network=Network(images="channels_reversed"),
    ),
    NetworkMistake(
        id="rows_laid_out_channels_last",
        title="maps laid out with the channels last in front of the fully connected layer",
        hint="fc_w expects the numbers of each image in the order in which they lie in (N, C, H, "
        "W). Does something move the channels first?",
        explanation="The maps are permuted to (N, H, W, C) before they are flattened, as one does "
        "in TensorFlow.",
        course=_FLATTEN,
        network=Network(order="channels_last"),
    ),
    NetworkMistake(
        id="rows_laid_out_by_columns",
        title="maps laid out column by column in front of the fully connected layer",
        hint="fc_w expects the numbers of each map row by row. Does something swap two axes first?",
        explanation="Height and width are exchanged before the maps are flattened.",
        course=_FLATTEN,
        network=Network(order="rows_and_columns_swapped"),
    ),
    NetworkMistake(
        id="matrix_reshaped",
        title="fc_w reshaped where it should be used as it is",
        hint="Reshaping a matrix to the shape of its transpose does not transpose it. Does it "
        "need to be turned at all?",
        explanation="fc_w.view(classes, features) or reshape, to suit F.linear: its numbers land "
        "in other places than those of fc_w.T.",
        course=_PART_2,
        network=Network(matrix="read_as_its_transpose"),
    ),
    # --- gradients --------------------------------------------------------------------------------
    NetworkMistake(
        id="detached_after_first",
        title="gradients that end after the first convolution",
        hint="The scores are right, but the first convolution learns nothing. What cuts a tensor "
        "off from how it was computed?",
        explanation=".detach(), .data or no_grad between the convolutions: the first one's "
        "weights get no gradient.",
        course=_BACKWARD,
        network=Network(cut="after_first"),
    ),
    NetworkMistake(
        id="detached_after_second",
        title="gradients that end after the second convolution",
        hint="The scores are right, but the convolutions learn nothing. What cuts a tensor off "
        "from how it was computed?",
        explanation=".detach(), .data or no_grad before the fully connected layer, often within "
        "flatten: only the last layer learns.",
        course=_BACKWARD,
        network=Network(cut="after_second"),
    ),
    NetworkMistake(
        id="detached_scores",
        title="scores without gradients",
        hint="The scores are right, but nothing can be learned from them. What keeps PyTorch from "
        "noting how a tensor was computed?",
        explanation="The forward pass runs under no_grad, or its result is detached: "
        "loss.backward() has nothing to go back through.",
        course=_BACKWARD,
        network=Network(cut="scores"),
    ),
)
"""In the order of the network."""
